// Package codec turns values and errors into bytes and back.
package codec
