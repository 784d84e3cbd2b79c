import { isoTime } from '../../dfns/api';
import { readUsername } from '../../dfns/fields';
import { connect } from '../../transport';
import type { Operation } from '../operation';

/** Dfns API reference: Delegated Login. */
export const logIn: Operation = {
	option: {
		name: 'Log In',
		value: 'logIn',
		action: 'Log in a user',
		description:
			'Log a user in without the credentials of the user, and get the token. The token is a secret: n8n redacts it where it can, but the steps that follow see it, and so does an AI agent that calls this as a tool.',
	},
	properties: [
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. jdoe@example.co',
			description: 'Name by which Dfns knows the user who is to be logged in',
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
