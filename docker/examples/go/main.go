// A server that takes its listener by address from what it was given, as gitea does: the order of the sockets
// does not matter, and an address that nobody bound is an error.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// firstDescriptor is where the LISTEN_FDS protocol begins.
const firstDescriptor = 3

// inherited returns the sockets that whoever started this process bound for it.
func inherited() ([]net.Listener, error) {
	if pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID")); pid != os.Getpid() {
		return nil, fmt.Errorf("LISTEN_PID is %q, and this is %d", os.Getenv("LISTEN_PID"), os.Getpid())
	}
	count, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil {
		return nil, err
	}
	var listeners []net.Listener
	for fd := firstDescriptor; fd < firstDescriptor+count; fd++ {
		syscall.CloseOnExec(fd)
		file := os.NewFile(uintptr(fd), "listener")
		listener, err := net.FileListener(file)
		if err != nil {
			return nil, err
		}
		file.Close()
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

// sameAddress holds for 0.0.0.0:80 and [::]:80 too: both are "any address".
func sameAddress(a, b net.Addr) bool {
	one, two := a.(*net.TCPAddr), b.(*net.TCPAddr)
	return one.Port == two.Port && (one.IP.Equal(two.IP) || one.IP.IsUnspecified() && two.IP.IsUnspecified())
}

func listen(address string) (net.Listener, error) {
	wanted, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	listeners, err := inherited()
	if err != nil {
		return nil, err
	}
	for _, listener := range listeners {
		if sameAddress(listener.Addr(), wanted) {
			return listener, nil
		}
	}
	return nil, fmt.Errorf("nobody bound %s", address)
}

func main() {
	listener, err := listen(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("forge: listening on", listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Go, served by user %d, sockets %s\n", os.Getuid(), os.Getenv("LISTEN_FDNAMES"))
	})))
}
