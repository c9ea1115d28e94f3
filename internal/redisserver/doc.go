// Package redisserver starts a private Redis server for tests: in a directory of its own, listening on a Unix socket in
// that directory and nowhere else, so that any number of them run side by side, whatever runs on the machine besides.
//
//	func TestMain(m *testing.M) { os.Exit(redisserver.Main(m)) }
//
//	func TestSomething(t *testing.T) { url := redisserver.URL(t) … }
//
// It writes all to its append-only file before it answers. Where there is no Redis such a test is skipped, or fails if
// BATON_REQUIRE_ALL is 1. A server ends with the process that started it, in whatever way that ends: a shell waits for
// the end of a pipe, kills the server and removes the directory.
//
// It imports the standard library.
package redisserver
