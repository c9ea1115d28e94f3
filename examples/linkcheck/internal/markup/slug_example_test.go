package markup_test

import (
	"fmt"

	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
)

func ExampleSlug() {
	for _, heading := range []string{"Getting started", "What's new in `v2.0`?", "Größe & Maß", "🚀 Launch"} {
		fmt.Println(markup.Slug(heading))
	}
	// Output:
	// getting-started
	// whats-new-in-v20
	// größe--maß
	// -launch
}
