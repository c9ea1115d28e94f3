// Package failures turns errors into data and back: their text, their kinds, and what they say about trying again. An
// error that was recorded and brought back says what the first one said, errors.Is finds the same sentinels in it, and
// errors.As the same errors of the types that are known.
//
//	kinds, err := failures.NewKinds(failures.Sentinel("shop.ErrDeclined", shop.ErrDeclined))
//	f, _ := kinds.Encode(err) // plain data, for JSON or gob
//	err, _ = kinds.Decode(f)
//
// Errors are made by anybody: they may panic, wrap themselves, or say ten megabytes. Nothing here panics, hangs or
// grows without bound because of one.
//
// The package imports the core and the standard library; net, os, syscall and database/sql for their sentinels alone.
package failures
