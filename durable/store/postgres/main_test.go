package postgres_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/internal/pgserver"
)

func TestMain(m *testing.M) {
	code := pgserver.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}
