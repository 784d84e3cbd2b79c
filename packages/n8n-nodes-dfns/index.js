// n8n finds the node and the credentials through the "n8n" block of package.json. This is for require() by name.
module.exports = {
	...require('./dist/credentials/DfnsDelegatedUserApi.credentials.js'),
	...require('./dist/credentials/DfnsServiceAccountApi.credentials.js'),
	...require('./dist/nodes/Dfns/Dfns.node.js'),
};
