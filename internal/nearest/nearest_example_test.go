package nearest_test

import (
	"fmt"

	"github.com/baton-go/baton/internal/nearest"
)

func ExampleNames() {
	handled := []string{"shop.Charge", "shop.Refund", "shop.Reserve"}
	fmt.Println(nearest.Names("shop.Chrage", handled))
	fmt.Println(nearest.Names("store.refund", handled))
	fmt.Println(nearest.Names("shop.Pack", handled))
	// Output:
	// [shop.Charge]
	// [shop.Refund]
	// []
}

func ExampleDistance() {
	fmt.Println(nearest.Distance("charge", "chrage"))
	// Output: 1
}
