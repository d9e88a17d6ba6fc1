// Renders docker/vscode/python/*.template as the VS Code extension does: the real Handlebars, helpers of
// the extension's names and meanings, and the variables that its wizard has gathered by then.
//
//     node render.js FOLDER PLATFORM PORTS ARTIFACT WSGI
//
// PLATFORM: Django, FastAPI, Flask or General. PORTS: "80,8443", "none" (the question left blank) or
// "undefined" (the question not asked). ARTIFACT: file=app.py or module=app. WSGI: Django's module, or "".
// FOLDER is the workspace; the files land there.
'use strict';
const fs = require('fs');
const path = require('path');
const handlebars = require(path.join(process.env.ENGINE_HOME, 'npm/node_modules/handlebars'));

handlebars.registerHelper({
	eq: (a, b) => a === b,
	basename: (a) => path.basename(a),
	dirname: (a) => path.posix.normalize(path.dirname(a)),
	isRootPort: (ports) => ports?.some((port) => port < 1024),
	join: (a, b) => (a && b ? a.concat(b) : a || b),
	nonEmptyArr: (a) => Array.isArray(a) && a.length > 0,
	nonEmptyObj: (a) => a && Object.keys(a).length !== 0,
	substr: (a, from, length) => a.substr(from, Number.isInteger(length) ? length : undefined),
	toQuotedArray: (parts) => '[' + parts.map((part) => `"${part}"`).join(', ') + ']',
	workspaceRelative: (context, to) =>
		path.posix.normalize(path.relative(context.workspaceFolder.uri.fsPath, to)),
	contextRelative: (context, to) =>
		path.posix.normalize(path.relative(context.dockerBuildContext, to)),
});

// What the wizard puts into the context for each platform; with the ports left blank, ports[0] is the
// "undefined" that users of the extension see too.
function gather(folder, platform, ports, artifact, wsgi) {
	const type = platform.toLowerCase();
	const defaults = { django: 8000, fastapi: 8000, flask: 5002 };
	const port = ports ? ports[0] : defaults[type];
	const app = artifact.module ? ['-m', artifact.module] : [artifact.file];
	const module = (artifact.module || artifact.file.replace(/\.[^/.]+$/, '')).replace('/', '.');
	const debugpy = 'pip install debugpy -t /tmp && python /tmp/debugpy --wait-for-client --listen 0.0.0.0:5678';
	const parts = {
		django: ['gunicorn', '--bind', `0.0.0.0:${port}`, wsgi || 'pythonPath.to.wsgi'],
		fastapi: ['gunicorn', '--bind', `0.0.0.0:${port}`, '-k', 'uvicorn.workers.UvicornWorker', `${module}:app`],
		flask: ['gunicorn', '--bind', `0.0.0.0:${port}`, `${module}:app`],
		general: ['python', ...app],
	};
	const debug = {
		django: `${app.join(' ')} runserver 0.0.0.0:${port} --nothreading --noreload`,
		fastapi: `-m uvicorn ${module}:app --host 0.0.0.0 --port ${port}`,
		flask: `-m flask run --no-debugger --no-reload --host 0.0.0.0 --port ${port}`,
		general: `${app.join(' ')} `,
	};
	return {
		platform: `Python: ${platform}`,
		pythonProjectType: type,
		ports,
		debugPorts: [5678],
		pythonArtifact: artifact,
		pythonCmdParts: parts[type],
		pythonDebugCmdParts: ['sh', '-c', `${debugpy} ${debug[type]}`],
		wsgiComment: type === 'django' && !wsgi ? '# File wsgi.py was not found. Please enter the Python path to wsgi file.' : undefined,
		serviceName: path.basename(folder),
		workspaceFolder: { uri: { fsPath: folder } },
		dockerBuildContext: folder,
		dockerfileDirectory: folder,
	};
}

const [folder, platform, portList, artifactText, wsgi] = process.argv.slice(2);
const [kind, name] = artifactText.split('=');
const ports = { none: [], undefined }[portList] ?? (portList === 'undefined' ? undefined : portList.split(',').map(Number));
const context = gather(path.resolve(folder), platform, ports, { [kind]: name }, wsgi);
const templates = path.join(__dirname, '../../../docker/vscode/python');
for (const file of fs.readdirSync(templates)) {
	const text = fs.readFileSync(path.join(templates, file), 'utf8');
	fs.writeFileSync(path.join(folder, path.basename(file, '.template')), handlebars.compile(text)(context));
}
