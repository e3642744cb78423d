package declare
import ("testing";"context";"github.com/flambeau-ml/flambeau/nn";"github.com/flambeau-ml/flambeau/data")
func TestZZ(t *testing.T){
 c,err:=Load("../examples/digits.yaml","input_features[0].encoder.fc_layers=[{output_size: 64}]"); if err!=nil{t.Fatal(err)}
 l,tab,_,p,err:=c.learn(context.Background()); if err!=nil{t.Fatal(err)}
 _=p
 rows:=make([]int,64); for i:=range rows{rows[i]=i}
 b,_:=tab.Batch(context.Background(),data.Pick{Indices:rows})
 nn.StateDict(l.model).WriteFile(context.Background(),"/tmp/tune/w0.safetensors",nil)
 loss,_:=l.forward(l.model,b)
 loss.Backward()
 d:=&nn.Dict{}
 for _,x:=range nn.NamedParameters(l.model){ d.Set(x.Name,x.Grad()) }
 d.Set("loss",loss.Detach())
 d.WriteFile(context.Background(),"/tmp/tune/g0.safetensors",nil)
 opt:=c.Trainer.Optimizer.make(nn.Parameters(l.model),3e-3)
 opt.Step()
 nn.StateDict(l.model).WriteFile(context.Background(),"/tmp/tune/w1.safetensors",nil)
}
