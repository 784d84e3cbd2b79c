import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ListedOperation } from '../../../packages/shared/operations';

/** One operation of the node: what the editor shows for it, and what it does. */
export interface Operation extends ListedOperation {
	/** The operation's own parameters; when they are shown is added by the list of operations */
	properties?: INodeProperties[];
	/** The operation's own options; those that several have are added by the list of operations */
	options?: INodeProperties[];
	/** Whether the call is signed, and with what: so that the editor asks for a credential only where one is used */
	signedBy: 'nothing' | 'credential' | 'credentialOrSessionId';
	/** Whether items are worked on one after the other, as where each changes the session that the next one uses */
	inTurn?: true;
	/**
	 * Runs the operation for one item.
	 *
	 * @returns one output item, or one for each element
	 * @throws VaultError when Vault refuses, cannot be reached, or a field is wrong
	 */
	execute(
		this: IExecuteFunctions,
		itemIndex: number,
	): Promise<IDataObject | IDataObject[] | FileOutput>;
}

/** An output item that carries a file. */
export class FileOutput {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}
