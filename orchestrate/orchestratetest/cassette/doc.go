// Package cassette records what real executors did for a run, and replays it without them: a test of a workflow against
// services that are slow, cost money, or are not there.
//
//	exec := cassette.Use(t, "testdata/checkout.json", realExecutors, cassette.Config{
//		Redact: []cassette.Redactor{cassette.Fields("Token"), cassette.Secrets(os.Getenv("API_KEY"))},
//		Errors: []cassette.Kind{cassette.Sentinel("shop.ErrDeclined", shop.ErrDeclined)},
//	})
//	order, err := orchestrate.Run(ctx, flow, exec)
//
// A cassette is a JSON file that people read and review: one entry for each call, by its step, with the action's name
// and fields, and its result, or its error by text and kind. The same calls make the same file. A call is found by its
// step and attempt, so branches that run side by side find theirs, and are answered in the order in which they were.
//
// A replay is strict: an action that is not as recorded is an error that says in which field and where, and calls that
// were recorded and not made fail the test. Nothing reaches the file, or a failure's text, before the redactors have
// seen it: not in requests, not in results, not in errors.
//
// The package imports actions, executor, orchestratetest, internal/failures, internal/jsondiff, internal/paths,
// internal/show, internal/turns and the standard library.
package cassette
