import type { BaseUrl } from './http/baseUrl';
import type { PrivateKey } from './privateKey';

/** A service account: who makes the calls, and where. */
export interface ServiceAccount {
	base: BaseUrl;
	/** A secret: it is sent as `Authorization: Bearer …` */
	authToken: string;
	/** Which of the service account's credentials signs */
	credentialId: string;
	key: PrivateKey;
	/** The application of older organizations; empty when there is none */
	appId: string;
}
