// Package durable runs orchestrations that survive.
package durable
