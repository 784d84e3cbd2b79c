import { success, VaultError } from '../answers.mts';
import type { SignedRoute } from '../call.mts';

const path = '/api/:version/objects/documents';

/** "Create Single Document", cut down to a name: the example of a call that changes data. */
export const createDocument: SignedRoute = {
	method: 'POST',
	path,
	signed: true,
	form: 'any form',
	changes: true,
	handle({ world, fields }, { user, vault, session }) {
		if (!fields.name__v) throw new VaultError('PARAMETER_REQUIRED', 'name__v is missing.');
		const { documents } = world.state;
		const id = documents.length + 1;
		documents.push({
			id,
			vaultId: vault.id,
			name: fields.name__v,
			createdBy: user.id,
			...(session?.delegateUserId !== undefined && { createdByDelegate: session.delegateUserId }),
		});
		return success({ responseMessage: 'successfully created document', id });
	},
};

/** "Retrieve All Documents" of one Vault. */
export const listDocuments: SignedRoute = {
	method: 'GET',
	path,
	signed: true,
	handle({ world }, { vault }) {
		const documents = world.state.documents.filter(({ vaultId }) => vaultId === vault.id);
		return success({
			size: documents.length,
			start: 0,
			limit: 200,
			documents: documents.map(({ id, name, createdBy, createdByDelegate }) => ({
				document: {
					id,
					name__v: name,
					created_by__v: createdBy,
					...(createdByDelegate !== undefined && { created_by_delegate__v: createdByDelegate }),
				},
			})),
		});
	},
};
