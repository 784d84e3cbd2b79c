import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ListedOperation } from '../../../packages/shared/operations';

/** One operation of the node: what the editor shows for it, and what it does. */
export interface Operation extends ListedOperation {
	/** The operation's own parameters; the list of operations adds when they are shown */
	properties?: INodeProperties[];
	/** The operation's own options; the list of operations adds those that several operations have */
	options?: INodeProperties[];
	/** Whether the call is signed, and with what: the editor asks for a credential only where one is used */
	signedBy: 'nothing' | 'credential' | 'credentialOrSessionId';
	/** Whether items are processed one after the other: each may change the session that the next one uses */
	inTurn?: true;
	/**
	 * Runs the operation for one item.
	 *
	 * @returns one output item, or one for each element
	 * @throws VaultError when Vault refuses or cannot be reached, or when a field is wrong
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
