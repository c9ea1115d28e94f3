package telemetry

import (
	"context"
	"errors"
	"reflect"
	"unicode"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/baton-go/baton/executor"
)

// errorType names the kind of an error, of which there are few: what its method ErrorType() string says, or else the
// type of the outermost error in it that has an exported type and says more than where it happened.
func errorType(err error) attribute.KeyValue {
	named, ok := errors.AsType[interface {
		error
		ErrorType() string
	}](err)
	if ok {
		return semconv.ErrorTypeKey.String(named.ErrorType())
	}
	switch telling := tellingError(err); {
	case telling != nil:
		return semconv.ErrorTypeKey.String(reflect.TypeOf(telling).String())
	case errors.Is(err, context.Canceled):
		return semconv.ErrorTypeKey.String("context.Canceled")
	case errors.Is(err, context.DeadlineExceeded):
		return semconv.ErrorTypeKey.String("context.DeadlineExceeded")
	}
	return semconv.ErrorTypeOther
}

// tellingError finds the error that has a type to name it by, or nil.
func tellingError(err error) error {
	_, where := err.(*executor.StepError) //nolint:errorlint // walks the tree itself
	if !where && isExported(reflect.TypeOf(err)) {
		return err
	}
	switch e := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return tellingError(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if telling := tellingError(inner); telling != nil {
				return telling
			}
		}
	}
	return nil
}

func isExported(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	first, _ := utf8.DecodeRuneInString(t.Name())
	return unicode.IsUpper(first)
}
