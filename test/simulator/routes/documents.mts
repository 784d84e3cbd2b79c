import { Readable } from 'node:stream';

import { OtherAnswer, success, VaultError } from '../answers.mts';
import type { Call, SignedRoute, Signer } from '../call.mts';
import type { DocumentRecord, FileRecord } from '../types.mts';

const path = '/api/:version/objects/documents';

/** "Create Single Document", cut down to a name and a file: the example of a call that changes data. */
export const createDocument: SignedRoute = {
	method: 'POST',
	path,
	signed: true,
	form: 'form with files',
	changes: true,
	handle({ context, fields, files }, { user, vault, session }) {
		if (!fields.name__v) throw new VaultError('PARAMETER_REQUIRED', 'name__v is missing.');
		const { id } = context.state.addDocument({
			vaultId: vault.id,
			name: fields.name__v,
			createdBy: user.id,
			...(session?.delegateUserId !== undefined && { createdByDelegate: session.delegateUserId }),
			...(files.file && { file: { ...files.file } }),
		});
		return success({ responseMessage: 'successfully created document', id });
	},
};

/** "Retrieve All Documents" of one Vault. */
export const listDocuments: SignedRoute = {
	method: 'GET',
	path,
	signed: true,
	handle({ context }, { vault }) {
		const documents = context.state.documents.filter(({ vaultId }) => vaultId === vault.id);
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

/** "Retrieve Document", with what the list has. */
export const readDocument: SignedRoute = {
	method: 'GET',
	path: `${path}/:id`,
	signed: true,
	handle(call, signer) {
		const { id, name, file } = documentOf(call, signer);
		return success({
			document: {
				id,
				name__v: name,
				...(file && { filename__v: file.fileName, size__v: file.size }),
			},
		});
	},
};

/** "Download Document File". The name is in `Content-Disposition`, the type is that of any bytes. */
export const downloadDocument: SignedRoute = {
	method: 'GET',
	path: `${path}/:id/file`,
	signed: true,
	handle(call, signer) {
		const { file } = documentOf(call, signer);
		if (!file) throw new VaultError('INVALID_DATA', 'The document has no file.');
		return new OtherAnswer(
			'application/octet-stream;charset=UTF-8',
			Readable.from(bytesOf(file), { objectMode: false }),
			file.fileName,
		);
	},
};

function documentOf({ context, params }: Call, { vault }: Signer): DocumentRecord {
	const found = context.state.documents.find(
		({ id, vaultId }) => String(id) === params.id && vaultId === vault.id,
	);
	if (!found) throw new VaultError('INVALID_DATA', `There is no document ${params.id}.`);
	return found;
}

const CHUNK = Buffer.alloc(64 * 1024, 'Vault ');

/** The file as it was uploaded; else as many bytes as it is to have. */
function* bytesOf({ size, content }: FileRecord): Generator<Buffer> {
	if (content) {
		yield content;
		return;
	}
	for (let left = size; left > 0; left -= CHUNK.length) {
		yield left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
	}
}
