package nn

import "testing"

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"Conv1": "conv1", "Fc1": "fc1", "RunningMean": "running_mean", "NumBatchesTracked": "num_batches_tracked", "Conv2dA": "conv2d_a",
		"QKV": "qkv", "QKVProj": "qkv_proj", "WQ": "wq", "LnF": "ln_f", "H": "h", "MLP2": "mlp2", "Layer10Norm": "layer10_norm", "A_B": "a_b",
	} {
		if got := snake(name); got != want {
			t.Errorf("%s is named %s, want %s", name, got, want)
		}
	}
}
