// Package sqlite keeps runs in an SQLite file.
package sqlite
