package nn_test
import ("testing";"fmt"
"github.com/flambeau-ml/flambeau/tensor")
func TestZZ(t *testing.T){
 k:=tensor.KeepDim(true)
 d:=tensor.Dims(1)
 seed:=tensor.New([]float32{1,0,0,0},1,4)
 for range 3 {
 x:=tensor.New([]float32{1,2,4,7}, 1,4).RequiresGrad()
 v:=x.Mul(x).SumWith(d,k).DivScalar(4)
 y:=x.Mul(v.Rsqrt())
 y.Backward(tensor.Seed(seed))
 fmt.Println(x.Grad().Float32s(), y.Float32s())
 }
 x:=tensor.New([]float32{1,2,4,7}, 1,4)
 v:=x.Mul(x).SumWith(d,k).DivScalar(4)
 r:=v.Rsqrt()
 // by hand
 g:=seed.Mul(r).Add(x.Mul(seed.Mul(x).SumWith(d,k).Mul(r.Mul(r).Mul(r).MulScalar(-0.5)).MulScalar(0.5)))
 fmt.Println(g.Float32s())
}
