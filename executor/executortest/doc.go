// Package executortest is the test kit of executors.
//
// [Test] checks the laws that every executor owes its callers: that results arrive typed and errors whole, that nothing
// is started under a context that is done, that a panic becomes an error, that a group joins its branches, and so on.
// An executor of yours joins in a few lines:
//
//	func TestPoolIsAnExecutor(t *testing.T) {
//		executortest.Test(t, executortest.Subject{
//			New: func(leaf *executor.Mux) executor.Executor { return NewPool(4, leaf) },
//		})
//	}
//
// [InOrder] and [Cooperative] host the branches of groups otherwise than on goroutines, to show that an orchestration
// does not depend on them.
//
// The package imports actions, executor and the standard library only.
package executortest
