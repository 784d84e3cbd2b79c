/**
 * The arrows of docs/architecture.md: a layer uses the layers below it, never those above.
 * Checked by `npm run lint`, type imports included.
 */

/** The node's layers, from top to bottom. The node files themselves stand above them. */
const LAYERS = ['items', 'operations', 'editor', 'transport', 'credential', 'vault'];

/** Rooms inside `vault/`, with the rooms that each uses besides the files in `vault/` itself. */
const VAULT_ROOMS = {
	http: [],
	session: [],
	calls: ['http'],
	login: ['calls', 'http', 'session'],
};

const NODE = '^nodes/VeevaVault';

const layerRules = LAYERS.map((layer, index) => {
	const below = LAYERS.slice(index).filter((other) => layer !== 'operations' || other !== 'editor');
	return {
		name: `${layer}-uses-what-is-below`,
		comment: `${layer}/ can use ${below.join(', ')}.`,
		severity: 'error',
		from: { path: `${NODE}/${layer}/` },
		to: { path: '^(nodes|credentials)/', pathNot: `${NODE}/(${below.join('|')})/` },
	};
});

const roomRules = Object.entries(VAULT_ROOMS).map(([room, uses]) => ({
	name: `vault-${room}-uses-what-is-below`,
	comment: `vault/${room}/ can use ${[room, ...uses].join(', ')} and the files in vault/.`,
	severity: 'error',
	from: { path: `${NODE}/vault/${room}/` },
	to: {
		path: `${NODE}/vault/[^/]+/`,
		pathNot: `${NODE}/vault/(${[room, ...uses].join('|')})/`,
	},
}));

/** The second package's layers, from top to bottom: files and folders in its `nodes/Dfns/`. */
const DFNS = '^packages/n8n-nodes-dfns/nodes/Dfns';
const DFNS_LAYERS = ['items.ts', 'operations/', 'transport.ts', 'credential/', 'dfns/'];

const dfnsRules = DFNS_LAYERS.map((layer, index) => {
	const below = DFNS_LAYERS.slice(index);
	return {
		name: `dfns-${layer}-uses-what-is-below`,
		comment: `${layer} can use ${below.join(', ')}.`,
		severity: 'error',
		from: { path: `${DFNS}/${layer}` },
		to: { path: '/(nodes|credentials)/', pathNot: `${DFNS}/(${below.join('|')})` },
	};
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: 'no-circle',
			comment: 'Files that need each other cannot be understood on their own.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		...layerRules,
		...roomRules,
		...dfnsRules,
		{
			name: 'dfns-http-uses-no-call',
			comment:
				'One call and its response know neither which calls there are, nor the life of a token.',
			severity: 'error',
			from: { path: `${DFNS}/dfns/http/` },
			to: { path: `${DFNS}/dfns/(calls|token)/`, pathNot: `${DFNS}/dfns/token/jwt` },
		},
		{
			name: 'dfns-token-knows-no-n8n',
			comment: 'The life of a token knows neither n8n nor HTTP.',
			severity: 'error',
			from: { path: `${DFNS}/dfns/token/` },
			to: { path: `n8n-workflow|${DFNS}/dfns/(calls|http)/` },
		},
		{
			name: 'shared-uses-no-package',
			comment: 'What both packages share knows neither of them.',
			severity: 'error',
			from: { path: '^packages/shared/' },
			to: { path: '/(nodes|credentials)/' },
		},
		{
			name: 'vault-files-use-no-room',
			comment: 'The files in vault/ serve all of its rooms.',
			severity: 'error',
			from: { path: `${NODE}/vault/[^/]+\\.ts$` },
			to: { path: `${NODE}/vault/[^/]+/` },
		},
		{
			name: 'session-knows-no-n8n',
			comment: 'The life of a session knows neither n8n nor HTTP.',
			severity: 'error',
			from: { path: `${NODE}/vault/session/` },
			to: { path: 'n8n-workflow' },
		},
		{
			name: 'credentials-use-credential-and-vault',
			comment: 'The credential types are fields and a test. Their logic is in credential/.',
			severity: 'error',
			from: { path: '^credentials/' },
			to: { path: `${NODE}/`, pathNot: `${NODE}/(credential|vault)/` },
		},
		{
			name: 'node-files-assemble',
			comment: 'A node file assembles what items/, operations/ and editor/ offer.',
			severity: 'error',
			from: { path: `${NODE}/[^/]+\\.ts$` },
			to: { path: `${NODE}/`, pathNot: `${NODE}/(items|operations|editor)/` },
		},
		{
			name: 'no-unknown-import',
			comment: 'An arrow that cannot be followed cannot be checked.',
			severity: 'error',
			from: {},
			// tsc finds what both packages share by `rootDirs`.
			to: { couldNotResolve: true, pathNot: '^(\\.\\./)+shared/' },
		},
		{
			name: 'no-orphan',
			comment: 'A file that no one uses is deleted.',
			severity: 'error',
			from: { orphan: true },
			to: {},
		},
	],
	options: {
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		doNotFollow: { path: 'node_modules' },
	},
};
