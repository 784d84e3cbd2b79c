import { DfnsError } from '../dfns/errors';

/** Thrown by `authenticate`. It is shaped so that n8n calls `preAuthentication` and then `authenticate` again. */
export class PreparationNeeded extends DfnsError {
	readonly response = { status: 401 };

	constructor() {
		super('The user has to be logged in to Dfns first', 'Run the step again.', 'LOGIN_NEEDED');
	}
}
