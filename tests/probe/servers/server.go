// server NETWORK...: a static Go server on port 80 of each network (tcp, tcp4, tcp6).
package main

import (
	"bufio"
	"io"
	"log"
	"net"
	"os"
)

func serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer connection.Close()
			reader := bufio.NewReader(connection)
			for line := "x"; line != "\r\n" && line != ""; {
				line, _ = reader.ReadString('\n')
			}
			io.WriteString(connection, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\ngo")
		}()
	}
}

func main() {
	for _, network := range os.Args[1:] {
		listener, err := net.Listen(network, ":80")
		if err != nil {
			log.Fatal(err)
		}
		go serve(listener)
	}
	select {}
}
