// Two workers on one port: the primary binds it for them.
const cluster = require("cluster");

if (cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
} else {
	require("./server.js");
}
