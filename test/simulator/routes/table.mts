import type { Route } from '../call.mts';
import { delegationLogin, delegations } from './delegation.mts';
import { discovery } from './discovery.mts';
import { createDocument, downloadDocument, listDocuments, readDocument } from './documents.mts';
import { oauthLogin } from './oauth-login.mts';
import { passwordLogin } from './password-login.mts';
import { queryPages, submitQuery } from './query.mts';
import { createRecords, listRecords } from './records.mts';
import { endSession, keepAlive } from './session.mts';
import { usersMe } from './users-me.mts';
import { versions } from './versions.mts';

/** Every call that the simulated Vaults know. */
export const ROUTES: readonly Route[] = [
	passwordLogin,
	oauthLogin,
	discovery,
	...versions,
	usersMe,
	keepAlive,
	endSession,
	delegations,
	delegationLogin,
	createDocument,
	listDocuments,
	readDocument,
	downloadDocument,
	createRecords,
	listRecords,
	submitQuery,
	...queryPages,
];
