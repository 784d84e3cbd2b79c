// n8n finds the node and the credential through the "n8n" block of package.json. This is for require() by name.
module.exports = {
	...require('./dist/credentials/VeevaVaultApi.credentials.js'),
	...require('./dist/credentials/VeevaVaultOAuth2Api.credentials.js'),
	...require('./dist/nodes/VeevaVault/VeevaVault.node.js'),
};
