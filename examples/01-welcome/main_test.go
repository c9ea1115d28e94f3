package main

func Example() {
	main()
	// Output:
	// Hello, Ada!
	// Hello, Grace!
	// Hello, Edsger!
	// 3 users greeted
}
