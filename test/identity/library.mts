/**
 * oidc-provider, imported without the warning that it prints under a Node release that is not yet LTS, as the pinned
 * one. Whatever else it has to say is still printed.
 */
const { warn } = console;
console.warn = () => undefined;
const library = await import('oidc-provider').finally(() => {
	console.warn = warn;
});

export const { Provider, errors } = library;
