//go:build !race

package file_test

// stride is from which operation to which the power tests go: all of them fail.
const stride = 1
