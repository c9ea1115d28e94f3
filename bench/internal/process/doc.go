// Package process tells what this process costs the machine, as far as the operating system says so.
package process
