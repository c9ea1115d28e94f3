package orchestrate

import "errors"

var errNilYield = errors.New("orchestrate: the yield is nil")

// nilFlow is the error of the function that was given no flow.
func nilFlow(function string) error {
	return errors.New("orchestrate." + function + ": the flow is nil")
}
