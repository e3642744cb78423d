package tensor_test

import (
	"fmt"

	"github.com/flambeau-ml/flambeau/tensor"
)

func ExampleNew() {
	x := tensor.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(x)
	fmt.Println(x.Shape(), x.DType())
	fmt.Println(tensor.New([]float64{0.5, 1.25}))
	// Output:
	// tensor([[1., 2., 3.],
	//         [4., 5., 6.]])
	// [2 3] float32
	// tensor([0.5000, 1.2500], dtype=float64)
}

// Operations are recorded, and computed together when a value is wanted.
func Example() {
	x := tensor.New([]float32{0, 1, 2})
	y := x.Mul(x).AddScalar(1)
	fmt.Println(y.Sum().Item())
	fmt.Println(tensor.Data[float32](y))
	// Output:
	// 8
	// [1 2 5]
}

func ExampleTensor_Index() {
	x := tensor.New([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3, 4)
	fmt.Println(x.Index(1))
	fmt.Println(x.Index(tensor.All, -1))
	fmt.Println(x.Index(tensor.From(1), tensor.From(0, 2)))
	fmt.Println(x.Index([]int{2, 0}, []int{1, 3}))
	fmt.Println(x.Index(tensor.Ellipsis, tensor.NewAxis).Shape())
	// Output:
	// tensor([4, 5, 6, 7])
	// tensor([ 3,  7, 11])
	// tensor([[ 4,  6],
	//         [ 8, 10]])
	// tensor([9, 3])
	// [3 4 1]
}

func ExampleTensor_SetIndex() {
	x := tensor.New(make([]float32, 6), 2, 3)
	x.SetIndex(1, 0)
	x.SetIndex(tensor.New([]float32{7, 8}), 1, tensor.From(1))
	x.SetIndex(-1, tensor.All, []int{0})
	fmt.Println(x)
	// Output:
	// tensor([[-1.,  1.,  1.],
	//         [-1.,  7.,  8.]])
}

// Methods whose names end in an underscore write into their tensor.
func ExampleTensor_inPlace() {
	x := tensor.New([]float32{1, 2})
	x.Add_(tensor.New([]float32{10, 20})).MulScalar_(2)
	fmt.Println(x)
	// Output:
	// tensor([22., 44.])
}

// Views share memory with the tensor that they show.
func ExampleTensor_Narrow() {
	x := tensor.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	right := x.Narrow(1, 1, 2)
	right.MulScalar_(10)
	fmt.Println(x)
	fmt.Println(right.T().Reshape(4)) // no strides can say this: a copy
	// Output:
	// tensor([[ 1., 20., 30.],
	//         [ 4., 50., 60.]])
	// tensor([20., 50., 30., 60.])
}

func ExampleTensor_Backward() {
	w := tensor.New([]float32{1, 2, 3}).RequiresGrad()
	loss := w.Mul(w).Sum()
	fmt.Println(loss)
	loss.Backward()
	fmt.Println(w.Grad())
	w.Detach().Sub_(w.Grad().MulScalar(0.1)) // a step of gradient descent
	w.ZeroGrad()
	fmt.Println(w)
	// Output:
	// tensor(14., grad_fn=<sum>)
	// tensor([2., 4., 6.])
	// tensor([0.8000, 1.6000, 2.4000], requires_grad=true)
}

func ExampleTensor_String() {
	fmt.Println(tensor.New([]float32{1.0 / 3, 1e6}))
	fmt.Printf("%.2v\n", tensor.New([]float32{1.0 / 3, 2}))
	fmt.Println(tensor.New(make([]bool, 1200), 2, 600))
	// Output:
	// tensor([3.3333e-01, 1.0000e+06])
	// tensor([0.33, 2.00])
	// tensor([[False, False, False,  ..., False, False, False],
	//         [False, False, False,  ..., False, False, False]])
}

func ExampleTry() {
	err := tensor.Try(func() {
		tensor.New([]float32{1, 2, 3}).Reshape(2, 2)
	})
	fmt.Println(err != nil)
	// Output:
	// true
}

func ExampleCall() {
	x := tensor.New([]float32{0, 0})
	out, err := tensor.Call("aten.softmax.int", []any{x}, map[string]any{"dim": 0})
	fmt.Println(out, err)
	// Output:
	// [tensor([0.5000, 0.5000])] <nil>
}
