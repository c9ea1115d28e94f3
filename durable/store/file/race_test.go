//go:build race

package file_test

// stride is from which operation to which the power tests go. Under the race detector each takes ten times as long, and
// what they show does not depend on it: a part of the operations is enough.
const stride = 7
