// Package pgserver starts a private PostgreSQL server for tests: a new cluster in a directory of its own, that listens
// on a Unix socket in that directory and nowhere else, so that any number of them run side by side.
//
//	func TestMain(m *testing.M) { os.Exit(pgserver.Main(m)) }
//
//	func TestSomething(t *testing.T) { dsn := pgserver.DSN(t) … }
//
// [ProxyDSN] puts a PgBouncer in front of it, which gives each transaction another session.
//
// Where there is no PostgreSQL, or no PgBouncer, such a test is skipped, or fails if BATON_REQUIRE_ALL is 1. A server
// ends with the process that started it, in whatever way that ends: a shell waits for the end of a pipe, stops the
// server and removes the directory. PostgreSQL refuses to run as root; if the process is root's, it runs as postgres,
// or as nobody.
//
// It imports the standard library.
package pgserver
