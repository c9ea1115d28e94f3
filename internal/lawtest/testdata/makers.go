// Package makers is what the completeness check is tried on. It is parsed and never compiled.
package makers

func Plain(n int) Combinator { return nil }

func Generic[A any](c combinators.Combinator) (combinators.Combinator, error) { return nil, nil }

func Spelled() func(executor.Executor) executor.Executor { return nil }

func System(next executor.Executor) executor.Executor { return next }

func (s *Set[K]) Of(key K) Combinator { return nil }

func Takes(c Combinator) int { return 0 }

func New() *Set[int] { return nil }

func Mux(handlers ...Handler) Executor { return nil }

func unexported() Combinator { return nil }
