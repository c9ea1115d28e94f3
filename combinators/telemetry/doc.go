// Package telemetry observes executors with OpenTelemetry: [Traced] makes spans, [Metered] makes metrics. Both are
// combinators by themselves, and sinks to be observed with together, with one reading of the clock before an action and
// one after it:
//
//	exec := combinators.Chain(
//		combinators.Observed(
//			telemetry.TraceSink(telemetry.Trace{}),
//			telemetry.MetricSink(telemetry.Metrics{}),
//			combinators.ZapSink(combinators.Log{Logger: logger, Extra: telemetry.SpanIDs}),
//		),
//		combinators.Parallelize(),
//		…
//	)(mux)
//
// As the outermost layer they see groups, scopes and every single action inside them.
//
// The same sinks observe durable runs, when they are those of durable.Config.Observe: see [Traced] and [Metered].
//
// It imports actions, executor, combinators, durable/fact and the API of OpenTelemetry, not its SDK. It is a package of
// its own so that who does not use it does not compile it.
package telemetry
