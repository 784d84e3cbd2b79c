import type {
	Execution,
	NodeRun,
	OutputItem,
	StoredWorkflow,
	WorkflowNode,
} from '../harness/rest.mts';

/** What became of one node of a workflow. */
export interface Step {
	/** The node's name. */
	step: string;
	/** What it was to do, e.g. `session: validate`. */
	operation: string;
	outcome: 'ok' | 'FAILED' | 'not run';
	/** A few fields of what it put out, without secrets; or its error. */
	detail: string;
	/** What to do about the error, if the node says so. */
	advice?: string;
}

/** Fields worth a place in a table, most telling first. */
const TELLING_FIELDS = [
	'auth_type',
	'name',
	'user_name__v',
	'delegate_user_id',
	'delegated_sessionid',
	'delegator_userid',
	'responseStatus',
	'dns',
	'vault_dns',
];
const SECRET_FIELD = /session_?id|token|password|secret/i;

/**
 * Tells what became of each node.
 *
 * @param workflow the workflow that ran
 * @param execution its ended execution
 * @returns one step for each node that can run, in the workflow's order
 */
export function stepsOf(workflow: StoredWorkflow, execution: Execution): Step[] {
	return workflow.nodes
		.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote')
		.map((node) => {
			const run = execution.runData[node.name]?.at(-1);
			return { step: node.name, operation: operationOf(node), ...resultOf(run) };
		});
}

/**
 * Names the first step that did not succeed.
 *
 * @returns a sentence for the person at the terminal; undefined when all is well
 */
export function problemOf(steps: Step[], execution: Execution): string | undefined {
	const failed = steps.find(({ outcome }) => outcome === 'FAILED');
	if (failed !== undefined) {
		return [`Step "${failed.step}" failed: ${failed.detail}`, failed.advice]
			.filter(Boolean)
			.join('\n');
	}
	if (execution.status !== 'success') {
		return `The execution ended as "${execution.status}": ${execution.error?.message ?? 'n8n gives no reason'}`;
	}
	const missed = steps.find(({ outcome }) => outcome === 'not run');
	return missed && `Step "${missed.step}" was not reached: the step before it put out nothing.`;
}

/**
 * Lays steps out as a plain table.
 *
 * @returns lines with a heading, columns as wide as needed
 */
export function table(steps: Step[]): string {
	const rows = [
		['Step', 'Operation', 'Outcome', 'Detail'],
		...steps.map(({ step, operation, outcome, detail }) => [step, operation, outcome, detail]),
	];
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
	const lines = rows.map((row) =>
		row.map((cell, column) => cell.padEnd(widths[column])).join('  '),
	);
	lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
	return lines.map((line) => line.trimEnd()).join('\n');
}

function operationOf({ type, parameters }: WorkflowNode): string {
	const { resource, operation } = parameters;
	if (typeof resource === 'string' && typeof operation === 'string')
		return `${resource}: ${operation}`;
	return type.slice(type.indexOf('.') + 1);
}

function resultOf(run: NodeRun | undefined): Pick<Step, 'outcome' | 'detail' | 'advice'> {
	if (run === undefined) return { outcome: 'not run', detail: '' };
	const items = run.data?.main?.[0] ?? [];
	if (run.error === undefined) return { outcome: 'ok', detail: summaryOf(items) };
	const { message, description } = run.error;
	return { outcome: 'FAILED', detail: message, advice: description ?? undefined };
}

function summaryOf(items: OutputItem[]): string {
	if (items.length === 0) return 'no items';
	const fields = TELLING_FIELDS.filter((name) => name in items[0].json).map(
		(name) => `${name} ${shown(name, items[0].json[name])}`,
	);
	const count = items.length > 1 ? `${items.length} items; the first: ` : '';
	return count + fields.join(', ');
}

function shown(name: string, value: unknown): string {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return SECRET_FIELD.test(name) ? `${text.slice(0, 4)}…` : text;
}
