import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

/** One operation of the node: what the editor shows for it, and what it does. */
export interface Operation {
	/** Entry of the `operation` drop-down; its value is stored in workflows */
	option: INodePropertyOptions & { value: string; action: string; description: string };
	/** The operation's own parameters; when they are shown is added by the list of operations */
	properties: INodeProperties[];
	/**
	 * Runs the operation for one item.
	 *
	 * @returns the output item
	 * @throws DfnsError when Dfns refuses, cannot be reached, or a field is wrong
	 */
	execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject>;
}
