import { readUsername } from '../../credential/fields';
import { isoTime } from '../../dfns/isoTime';
import { connect } from '../../transport';
import type { Operation } from '../operation';

/** Dfns API reference: Delegated Login. */
export const logIn: Operation = {
	option: {
		name: 'Log In',
		value: 'logIn',
		action: 'Log in user',
		description:
			"Log a user in and get the user's token. The token is a secret: later steps see it, and so does an AI agent.",
	},
	properties: [
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. jdoe@example.co',
			description: 'Enter the name of the Dfns user to log in',
		},
	],
	async execute(itemIndex) {
		const username = readUsername(this.getNodeParameter('username', itemIndex, ''));
		const { account, logIn } = await connect(this, itemIndex);
		const { token, expiresAt, userId, orgId } = await logIn(username);
		return {
			username,
			token,
			expiresAt: isoTime(expiresAt),
			userId: userId ?? null,
			orgId: orgId ?? null,
			baseUrl: account.base.origin,
		};
	},
};
