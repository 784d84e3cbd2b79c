import { success } from '../answers.mts';
import type { SignedRoute } from '../call.mts';

/** "Validate Session User". Does not extend the session. */
export const usersMe: SignedRoute = {
	method: 'GET',
	path: '/api/:version/objects/users/me',
	signed: true,
	passive: true,
	handle({ record }, { user, session }) {
		const { exclude_vault_membership: noMembership, exclude_app_licensing: noLicensing } =
			record.query;
		const details = {
			id: user.id,
			user_name__v: user.username,
			user_first_name__v: user.firstName,
			user_last_name__v: user.lastName,
			user_email__v: user.email,
			user_timezone__v: 'America/Los_Angeles',
			user_locale__v: 'en_US',
			user_language__v: 'en',
			domain_name__v: 'veepharm.com',
			active__v: !user.inactive,
			...(noMembership !== 'true' && {
				vault_membership: user.vaultIds.map((id) => ({
					id,
					active__v: true,
					security_profile__v: 'business_admin__v',
					license_type__v: 'full__v',
				})),
			}),
			...(noLicensing !== 'true' && { app_licensing: [] }),
			...(session?.delegateUserId !== undefined && { delegate_user_id: session.delegateUserId }),
		};
		return success({ users: [{ user: details }] });
	},
};
