package redis

import (
	"context"
	"crypto/sha1" //nolint:gosec // by which Redis knows scripts
	"embed"
	"encoding/hex"
	"fmt"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var texts embed.FS

// script is a script of the store's, which the server knows by its hash.
type script struct{ text, sha string }

func newScript(names ...string) script {
	var text []byte
	for _, name := range names {
		part, err := texts.ReadFile("lua/" + name + ".lua")
		if err != nil {
			panic(err) // it is part of the program
		}
		text = append(text, part...)
	}
	sum := sha1.Sum(text) //nolint:gosec // as above
	return script{string(text), hex.EncodeToString(sum[:])}
}

var (
	openScript   = newScript("open")
	loadScript   = newScript("read", "load")
	runsScript   = newScript("read", "runs")
	countScript  = newScript("count")
	appendScript = newScript("read", "append")
	createScript = newScript("read", "shared", "create")
	claimScript  = newScript("read", "shared", "lend", "claim")
	takeScript   = newScript("read", "shared", "lend", "take")
	renewScript  = newScript("read", "shared", "renew")
	commitScript = newScript("read", "shared", "commit")
	pageScript   = newScript("read", "shared", "page")
	deleteScript = newScript("read", "shared", "delete")
)

// once is a command that the client sends once, whatever its settings say: if the connection is lost it may have been
// carried out.
type once struct{ *redis.Cmd }

// NoRetry says so.
func (once) NoRetry() bool { return true }

// run has the server run a script.
func (s *Store) run(ctx context.Context, sc script, args ...any) (any, error) {
	all := make([]any, 0, 4+len(args))
	all = append(all, "EVALSHA", sc.sha, 1, s.key[0])
	reply, err := s.do(ctx, append(all, args...))
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") { // it is new, or was flushed
		all = append(all[:0], "EVAL", sc.text, 1, s.key[0])
		reply, err = s.do(ctx, append(all, args...))
	}
	return reply, err
}

func (s *Store) do(ctx context.Context, args []any) (any, error) {
	cmd := redis.NewCmd(ctx, args...)
	if err := s.client.Process(ctx, once{cmd}); err != nil && err != redis.Nil { //nolint:errorlint // it is never wrapped
		return nil, err
	}
	return cmd.Val(), nil
}

// call calls f, but does not wait for it longer than the context lasts: the client waits for an answer whatever becomes
// of the context.
func call[T any](ctx context.Context, s *Store, operation string, f func(ctx context.Context) (T, error)) (T, error) {
	var none T
	leave, err := s.enter()
	if err != nil {
		return none, s.fail(operation, err)
	}
	if ctx.Err() != nil {
		leave()
		return none, s.fail(operation, interrupted(ctx, nil))
	}
	type answer struct {
		result T
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		defer leave()
		var a answer
		a.result, a.err = f(ctx)
		done <- a
	}()
	select {
	case a := <-done:
		if a.err != nil {
			return none, s.fail(operation, interrupted(ctx, a.err))
		}
		return a.result, nil
	case <-ctx.Done():
		return none, s.fail(operation, interrupted(ctx, nil))
	}
}

// list is an answer that is a list of at least so many elements.
func list(reply any, n int) ([]any, error) {
	all, ok := reply.([]any)
	if !ok || len(all) < n {
		return nil, odd(reply)
	}
	return all, nil
}

// text is an answer that is a string.
func text(reply any) string {
	s, _ := reply.(string)
	return s
}

// odd is the error for an answer that no script of the store's gives.
func odd(reply any) error {
	return fmt.Errorf("the server gave an odd answer: %.100q", fmt.Sprint(reply))
}
