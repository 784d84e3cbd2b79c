import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { isRecord } from '../../../packages/shared/isRecord';
import { VaultFieldError } from '../vault/errors';

/** A name with a value, such as a header or a query parameter. */
export interface Pair {
	name: string;
	value: string;
}

/** Reads an operation's parameters for one item, and says which one is wrong. */
export class Parameters {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemIndex: number,
	) {}

	/** @returns the unchecked value; `undefined` for a parameter that is not shown */
	value(name: string): unknown {
		const none = null;
		return (
			this.context.getNodeParameter(name, this.itemIndex, none, { extractValue: true }) ?? undefined
		);
	}

	/** @returns the unchecked value of an option; `undefined` when it is not set */
	option(name: string): unknown {
		const options = this.value('options');
		return isRecord(options) ? options[name] : undefined;
	}

	/** @throws VaultFieldError when the value is not a boolean */
	isOn(name: string, label: string): boolean {
		return isOn(this.value(name), label);
	}

	/** The same for an option. @throws VaultFieldError */
	optionIsOn(name: string, label: string): boolean {
		return isOn(this.option(name), label);
	}

	/** @throws VaultFieldError when the value is not text, or is empty */
	text(name: string, label: string, expected: string): string {
		const value = this.value(name);
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		throw new VaultFieldError(label, value ?? '', expected);
	}

	/** @throws VaultFieldError when the value is none of the choices */
	choice<T extends string>(name: string, label: string, choices: readonly T[]): T {
		const value = this.value(name);
		const chosen = choices.find((choice) => choice === value);
		if (chosen !== undefined) return chosen;
		throw new VaultFieldError(label, value ?? '', `one of ${choices.join(', ')}`);
	}

	/** How many results to return, by "Return All" and "Limit". @throws VaultFieldError */
	limit(): number {
		if (this.isOn('returnAll', 'Return All')) return Number.POSITIVE_INFINITY;
		return wholeNumber(this.value('limit'), 'Limit', { max: Number.MAX_SAFE_INTEGER });
	}

	/** The entries of a {@link pairsProperty}. @throws VaultFieldError */
	pairs(name: string, label: string): Pair[] {
		return this.entries(name).map((entry) => {
			const entryName = nameOf(entry, label);
			return { name: entryName, value: textOf(entry.value, `${label} › ${entryName}`) };
		});
	}

	/** The entries of a `fixedCollection` of parameters. */
	entries(name: string): Array<Record<string, unknown>> {
		const list = this.value(name);
		const entries = isRecord(list) ? list.parameters : undefined;
		return Array.isArray(entries) ? (entries as unknown[]).filter(isRecord) : [];
	}
}

/** @throws VaultFieldError when an entry of a list has no name */
export function nameOf({ name }: Record<string, unknown>, label: string): string {
	if (typeof name === 'string' && name.trim() !== '') return name.trim();
	throw new VaultFieldError(`${label} › Name`, name ?? '', 'a name');
}

/**
 * A value as it is sent: objects and lists as JSON, dates in Vault's format.
 *
 * @throws VaultFieldError when there is no value, because an expression found none
 */
export function textOf(value: unknown, label: string): string {
	if (value === undefined || value === null) throw new VaultFieldError(label, '', 'a value');
	if (value instanceof Date) return value.toISOString();
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A boolean, which an expression may return as text; `false` when it is missing. @throws VaultFieldError */
function isOn(value: unknown, label: string): boolean {
	if (value === undefined || typeof value === 'boolean') return value === true;
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true' || text === 'false') return text === 'true';
	throw new VaultFieldError(label, value, 'true or false');
}

/**
 * A whole number of 1 or more, which an expression may return as text.
 *
 * @param range.max the largest number
 * @param range.unit what is counted, in the plural
 * @throws VaultFieldError
 */
export function wholeNumber(
	value: unknown,
	label: string,
	{ max, unit }: { max: number; unit?: string },
): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= max) {
		return number;
	}
	const what = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
	const range = max === Number.MAX_SAFE_INTEGER ? ', 1 or more' : ` from 1 to ${max}`;
	throw new VaultFieldError(label, value ?? '', what + range);
}

/** A list of names and values, in which the user adds entries. */
export function pairsProperty(
	name: string,
	displayName: string,
	entry: string,
	description: string,
): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${entry}`,
		default: {},
		description,
		options: [
			{
				displayName: 'Parameter',
				name: 'parameters',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						description: `Name of the ${entry}`,
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						description: `Value of the ${entry}, not encoded`,
					},
				],
			},
		],
	};
}

/** "Return All" and "Limit", as every n8n node has them. */
export const limitProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		default: 50,
		description: 'Max number of results to return',
	},
];
