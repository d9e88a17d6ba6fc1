// The first socket of the LISTEN_FDS protocol is descriptor 3.
const http = require("http");

http.createServer((request, response) => {
	response.end(`Node, served by user ${process.getuid()} in groups [${process.getgroups()}]\n`);
}).listen({ fd: 3 }, () => console.log("node: ready"));
