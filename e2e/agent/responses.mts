import type { Interface, OfferedTool } from './model.mts';

/** https://platform.openai.com/docs/api-reference/responses, which n8n's model node speaks by default. */

interface Request {
	tools?: OfferedTool[];
	input: Array<{ type?: string; output?: unknown }>;
}

export const path = '/v1/responses';

export const read: Interface['read'] = (body) => {
	const { tools = [], input } = body as Request;
	return {
		tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
		toolResults: input
			.filter(({ type }) => type === 'function_call_output')
			.map(({ output }) => (typeof output === 'string' ? output : JSON.stringify(output))),
	};
};

let items = 0;

export const write: Interface['write'] = (turn) => {
	const id = ++items;
	return {
		id: `resp_${id}`,
		object: 'response',
		created_at: 0,
		status: 'completed',
		model: 'scripted',
		error: null,
		incomplete_details: null,
		output: [
			'say' in turn
				? {
						type: 'message',
						id: `msg_${id}`,
						status: 'completed',
						role: 'assistant',
						content: [{ type: 'output_text', text: turn.say, annotations: [] }],
					}
				: {
						type: 'function_call',
						id: `fc_${id}`,
						call_id: `call_${id}`,
						status: 'completed',
						name: turn.call,
						arguments: JSON.stringify(turn.arguments),
					},
		],
		usage: {
			input_tokens: 1,
			input_tokens_details: { cached_tokens: 0 },
			output_tokens: 1,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: 2,
		},
	};
};
