const http = require("http");

http.createServer((request, response) => {
	response.end(`Node, served by user ${process.getuid()} in groups [${process.getgroups()}]\n`);
}).listen(80, () => console.log("node: ready"));
