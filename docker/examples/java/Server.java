import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

/** The JDK's own web server, on port 80. */
class Server {
	public static void main(String[] arguments) throws Exception {
		HttpServer server = HttpServer.create(new InetSocketAddress(80), 0);
		server.createContext("/", exchange -> {
			byte[] text = ("Java, served as " + System.getProperty("user.name") + "\n").getBytes();
			exchange.sendResponseHeaders(200, text.length);
			exchange.getResponseBody().write(text);
			exchange.close();
		});
		server.start();
		System.out.println("java: ready");
	}
}
