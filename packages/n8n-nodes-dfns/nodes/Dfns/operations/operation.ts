import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ListedOperation } from '../../../shared/operations';

/** One operation of the node: what the editor shows for it, and what it does. */
export interface Operation extends ListedOperation {
	/** The operation's own parameters. The list of operations adds when they are shown. */
	properties: INodeProperties[];
	/**
	 * Runs the operation for one item.
	 *
	 * @returns the output item
	 * @throws DfnsError when Dfns refuses or cannot be reached, or when a field is wrong
	 */
	execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject>;
}
