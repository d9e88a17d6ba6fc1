// server.js [HOST]: node on port 80; in a cluster of two with CLUSTER set.
const cluster = require('cluster');
if (process.env.CLUSTER && cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
	process.on('SIGTERM', () => process.exit(0));
} else {
	require('http').createServer((request, response) => response.end('node')).listen(80, process.argv[2]);
}
