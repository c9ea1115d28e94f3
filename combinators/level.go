package combinators

import (
	"fmt"
	"log/slog"

	"go.uber.org/zap/zapcore"
)

// Level is the level of a line in a log. The zero Level stands for the default of the field that it is in.
type Level uint8

const (
	// LevelDebug is the level of what only somebody looking for a fault reads.
	LevelDebug Level = iota + 1
	// LevelInfo is the level of what is good to know.
	LevelInfo
	// LevelWarn is the level of what may need somebody's attention.
	LevelWarn
	// LevelError is the level of what does.
	LevelError
	// LevelOff is the level of what is not logged at all.
	LevelOff
)

// String is the name of the level in lower case.
func (l Level) String() string {
	switch l {
	case 0:
		return "default"
	case LevelDebug:
		return "debug"
	case LevelInfo:
		return "info"
	case LevelWarn:
		return "warn"
	case LevelError:
		return "error"
	case LevelOff:
		return "off"
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// or is the level, or the given one if it is left to the default.
func (l Level) or(fallback Level) Level {
	if l == 0 {
		return fallback
	}
	return l
}

func (l Level) zap() zapcore.Level { return zapcore.Level(l) - 2 } //nolint:gosec // debug is -1, error is 2

func (l Level) slog() slog.Level { return slog.Level(l)*4 - 8 } // debug is -4, error is 8
