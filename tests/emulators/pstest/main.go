// Command pstest serves Google's fake of Pub/Sub (cloud.google.com/go/pubsub/v2/pstest) to clients in
// other languages. It prints its ports as one line of JSON and runs until it is killed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
)

// The real service takes requests of 10 MB; the library's default for servers is 4 MiB.
const largestRequest = 10 << 20

func main() {
	port := flag.Int("port", 0, "where to serve Pub/Sub; 0 is any free port")
	flag.Parse()

	// The fake listens by itself too, with the small limit and without faults; nobody is told where.
	fake := pstest.NewServerWithAddress("127.0.0.1:0")
	faults := &faults{}
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(largestRequest),
		grpc.UnaryInterceptor(faults.unary),
		grpc.StreamInterceptor(faults.stream),
	)
	pubsubpb.RegisterPublisherServer(server, &fake.GServer)
	pubsubpb.RegisterSubscriberServer(server, &fake.GServer)

	pubsub := listen(*port)
	control := listen(0)
	go func() { log.Fatal(http.Serve(control, faults)) }()
	ports := map[string]int{"port": portOf(pubsub), "control": portOf(control)}
	line, err := json.Marshal(ports)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
	log.Fatal(server.Serve(pubsub))
}

func listen(port int) net.Listener {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func portOf(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
