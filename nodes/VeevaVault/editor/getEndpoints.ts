import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

/**
 * Frequently used endpoints of the Vault API. Path Parameters replace the parts in braces.
 * Vault API reference, v25.2.
 */
const ENDPOINTS: ReadonlyArray<[name: string, path: string, description: string]> = [
	['Audit Trail', '/audittrail/{audit_trail_type}', 'GET reads it'],
	['Binders', '/objects/binders', 'POST creates one'],
	['Component Metadata', '/metadata/components', 'GET lists component types'],
	['Document', '/objects/documents/{doc_id}', 'GET reads, PUT updates, DELETE deletes it'],
	['Document Attachments', '/objects/documents/{doc_id}/attachments', 'GET lists, POST adds'],
	['Document File', '/objects/documents/{doc_id}/file', 'GET downloads it'],
	[
		'Document Renditions',
		'/objects/documents/{doc_id}/renditions/{rendition_type}',
		'GET downloads, POST adds, PUT replaces, DELETE deletes it',
	],
	['Document Types', '/metadata/objects/documents/types', 'GET lists them'],
	[
		'Document User Actions',
		'/objects/documents/{doc_id}/versions/{major_version}/{minor_version}/lifecycle_actions',
		'GET lists them',
	],
	[
		'Document Version',
		'/objects/documents/{doc_id}/versions/{major_version}/{minor_version}',
		'GET reads, PUT updates, DELETE deletes it',
	],
	[
		'Document Version File',
		'/objects/documents/{doc_id}/versions/{major_version}/{minor_version}/file',
		'GET downloads it',
	],
	['Documents', '/objects/documents', 'GET lists, POST creates one'],
	[
		'Documents in Bulk',
		'/objects/documents/batch',
		'POST creates, PUT updates, DELETE deletes them, with CSV',
	],
	['File Staging', '/services/file_staging/items', 'POST creates a file or folder'],
	['Groups', '/objects/groups', 'GET lists, POST creates one'],
	['Job Status', '/services/jobs/{job_id}', 'GET reads it'],
	['Object Metadata', '/metadata/vobjects/{object_name}', 'GET reads it'],
	[
		'Object Record',
		'/vobjects/{object_name}/{object_record_id}',
		'GET reads, PUT updates, DELETE deletes it',
	],
	[
		'Object Records',
		'/vobjects/{object_name}',
		'GET lists; POST creates, PUT updates, DELETE deletes many, with JSON or CSV',
	],
	['Objects', '/metadata/vobjects', 'GET lists them'],
	['Picklist', '/objects/picklists/{picklist_name}', 'GET reads it'],
	['Picklists', '/objects/picklists', 'GET lists them'],
	['Query', '/query', 'POST runs VQL'],
	['User', '/objects/users/{id}', 'GET reads, PUT updates it'],
	['Users', '/objects/users', 'GET lists, POST creates one'],
	['Vault Limits', '/limits', 'GET reads them'],
	['Workflow Tasks', '/objects/objectworkflows/tasks', 'GET lists them'],
	['Workflows', '/objects/objectworkflows', 'GET lists them'],
];

/**
 * The endpoints to choose from in the editor.
 *
 * @param filter what the user typed; it is compared with everything that is shown
 */
export async function getEndpoints(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.trim().toLowerCase();
	return {
		results: ENDPOINTS.filter((entry) => entry.join(' ').toLowerCase().includes(wanted)).map(
			([name, path, description]) => ({ name: `${name} (${path})`, value: path, description }),
		),
	};
}
