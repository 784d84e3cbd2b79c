import type { Interface, OfferedTool } from './model.mts';

/** https://platform.openai.com/docs/api-reference/chat, which most local models speak. */

interface Request {
	tools?: Array<{ function: OfferedTool }>;
	messages: Array<{ role: string; content: unknown }>;
}

export const path = '/v1/chat/completions';

export const read: Interface['read'] = (body) => {
	const { tools = [], messages } = body as Request;
	return {
		tools: tools.map((tool) => tool.function),
		toolResults: messages
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content))),
	};
};

let calls = 0;

export const write: Interface['write'] = (turn) => {
	const message =
		'say' in turn
			? { content: turn.say }
			: {
					content: null,
					tool_calls: [
						{
							id: `call_${++calls}`,
							type: 'function',
							function: { name: turn.call, arguments: JSON.stringify(turn.arguments) },
						},
					],
				};
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 0,
		model: 'scripted',
		choices: [
			{
				index: 0,
				message: { role: 'assistant', ...message },
				finish_reason: 'say' in turn ? 'stop' : 'tool_calls',
			},
		],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
};
