package main

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A fault is what the next calls of a method end with.
type fault struct {
	// Method such as Publish.
	Method string `json:"method"`
	// Code of gRPC.
	Code    codes.Code `json:"code"`
	Message string     `json:"message"`
	// Times is how many calls fail.
	Times int `json:"times"`
	// After says that the call is carried out, and only its answer is lost.
	After bool `json:"after"`
	// Hang says that there is no answer at all.
	Hang bool `json:"hang"`
}

// Faults are put by POST, one at a time, and taken away by DELETE.
type faults struct {
	mutex  sync.Mutex
	queued []*fault
}

func (f *faults) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	switch request.Method {
	case http.MethodPost:
		added := &fault{Times: 1}
		if err := json.NewDecoder(request.Body).Decode(added); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		f.mutex.Lock()
		f.queued = append(f.queued, added)
		f.mutex.Unlock()
	case http.MethodDelete:
		f.mutex.Lock()
		f.queued = nil
		f.mutex.Unlock()
	default:
		http.Error(response, "POST or DELETE", http.StatusMethodNotAllowed)
		return
	}
	response.WriteHeader(http.StatusNoContent)
}

func (f *faults) take(fullMethod string) *fault {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for index, queued := range f.queued {
		if queued.Method != path.Base(fullMethod) {
			continue
		}
		queued.Times--
		if queued.Times <= 0 {
			f.queued = append(f.queued[:index:index], f.queued[index+1:]...)
		}
		return queued
	}
	return nil
}

// Before gives the error of a call that is not carried out.
func (f *fault) before(ctx context.Context) error {
	if f.Hang {
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	}
	return status.Error(f.Code, f.Message)
}

func (f *faults) unary(
	ctx context.Context,
	request any,
	info *grpc.UnaryServerInfo,
	handler grpc.UnaryHandler,
) (any, error) {
	taken := f.take(info.FullMethod)
	if taken == nil {
		return handler(ctx, request)
	}
	if !taken.After {
		return nil, taken.before(ctx)
	}
	if _, err := handler(ctx, request); err != nil {
		return nil, err
	}
	return nil, status.Error(taken.Code, taken.Message)
}

func (f *faults) stream(
	server any,
	stream grpc.ServerStream,
	info *grpc.StreamServerInfo,
	handler grpc.StreamHandler,
) error {
	if taken := f.take(info.FullMethod); taken != nil {
		return taken.before(stream.Context())
	}
	return handler(server, stream)
}
