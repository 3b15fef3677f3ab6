"""Operations counted against closed forms, against other ways to count, and at the edges."""

# ruff: noqa: E402 - torch may be absent, and is asked for first

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parent))

import networks
from torch import nn
from torch.utils.checkpoint import set_checkpoint_early_stop

from costlaw.exceptions import EvidenceError
from costlaw.metering import meter, recover
from costlaw.metering.flop import FlopCounter, count_flop, watch
from costlaw.metering.flop.formulas import FORMULAS
from costlaw.metering.flop.watching import Sums, Watch

WITHIN = 1e-3  # the tolerance: 0.1 %
EVERY = {**networks.SEVEN, **networks.OTHERS}


@pytest.mark.parametrize("name", EVERY)
def test_forward_and_backward_are_the_closed_form(name):
    network, batch, forward, both = EVERY[name]()
    trained = count_flop(network, *batch, train=True)
    assert trained.forward_flop == pytest.approx(forward, rel=WITHIN)
    assert trained.model_flop == pytest.approx(both, rel=WITHIN)
    used = count_flop(network.eval(), *batch)
    assert used.model_flop == pytest.approx(forward, rel=WITHIN)
    assert used.backward_flop == 0.0
    assert trained.unknown == ()
    assert trained.uncounted_share_bound is not None


@pytest.mark.parametrize(
    "name", ["GPT, fused attention", "GPT, manual attention", "LSTM", "Transformer encoder"]
)
def test_what_really_runs_is_what_was_counted_without_values(name):
    """The live path: fused attention on the CPU, oneDNN's recurrent layer, the fused encoder."""
    small = {"GPT, fused attention": {"way": "fused"}, "GPT, manual attention": {"way": "manual"}}
    make = (
        (lambda: networks.gpt(t=32, d=32, words=64, **small[name]))
        if name in small
        else EVERY[name]
    )
    network, batch, forward, both = make()
    batch = [torch.zeros_like(part) for part in batch]
    with watch() as count:
        out = network(*batch)
        (out[0] if isinstance(out, tuple) else out).sum().backward()
    assert count().forward_flop == pytest.approx(forward, rel=WITHIN)
    # oneDNN's layer computes its input's gradient, wanted or not, and the first state's
    assert count().model_flop == pytest.approx(both, rel=0.35 if name == "LSTM" else WITHIN)
    with watch() as count, torch.no_grad():
        network.eval()(*batch)
    assert count().model_flop == pytest.approx(forward, rel=WITHIN)
    fused = {"LSTM": "mkldnn_rnn_layer", "Transformer encoder": "_transformer_encoder_layer_fwd",
             "GPT, fused attention": "_scaled_dot_product_flash_attention_for_cpu"}  # fmt: skip
    if name in fused:
        assert fused[name] in count().by_operator


@pytest.mark.parametrize("way", ["reentrant", "saved tensors"])
def test_checkpointing_adds_hardware_flop_and_no_model_flop(way):
    network, batch, forward, both = networks.gpt(way="manual", checkpointed=way)
    head = 2 * 256 * 256 * 8192
    with set_checkpoint_early_stop(False):
        count = count_flop(network, *batch)
    assert count.model_flop == pytest.approx(both, rel=WITHIN)
    assert count.recomputed_flop == pytest.approx(forward - head, rel=WITHIN)
    assert count.hardware_flop == pytest.approx(both + forward - head, rel=WITHIN)


def test_checkpointing_that_stops_early_is_counted_as_far_as_it_goes():
    network, batch, forward, both = networks.gpt(way="manual", checkpointed="saved tensors")
    last = 4 * 2 * 256 * 4 * 256 * 256  # the last product of each block is not needed again
    head = 2 * 256 * 256 * 8192
    count = count_flop(network, *batch)
    assert count.model_flop == pytest.approx(both, rel=WITHIN)
    assert count.recomputed_flop == pytest.approx(forward - head - last, rel=WITHIN)


def test_fused_attention_computes_its_scores_twice_and_says_so():
    network, batch, _, both = networks.gpt(way="fused")
    count = count_flop(network, *batch)
    scores = 4 * 2 * 256 * 256 * 256  # of 4 layers: half of the forward attention
    assert count.recomputed_flop == pytest.approx(scores)
    assert count.hardware_flop == pytest.approx(both + scores, rel=WITHIN)
    assert count.causal_flop == pytest.approx(3 * 2 * scores)


def test_frozen_layers_spare_what_autograd_spares():
    network, batch, forward, _ = networks.gpt(way="manual")
    for part in (network.word, network.place, *network.blocks[:2]):
        part.requires_grad_(False)
    spared = 2 * 2 * networks.block_flop(256, 256)  # two frozen blocks: forward only
    expected = 3 * forward - spared
    assert count_flop(network, *batch).model_flop == pytest.approx(expected, rel=WITHIN)
    frozen = network.requires_grad_(False)
    assert count_flop(frozen, *batch).model_flop == pytest.approx(forward, rel=WITHIN)


def test_adapters_of_low_rank_are_counted_as_they_are():
    class Adapted(nn.Module):
        def __init__(self):
            super().__init__()
            self.full = nn.Linear(64, 64).requires_grad_(False)
            self.a, self.b = nn.Linear(64, 4, bias=False), nn.Linear(4, 64, bias=False)

        def forward(self, x):
            return self.full(x) + self.b(self.a(x))

    n, full, low = 32, 2 * 32 * 64 * 64, 2 * 32 * 64 * 4
    count = count_flop(nn.Sequential(Adapted(), Adapted()), torch.empty(n, 64))
    forward = 2 * (full + 2 * low)
    # backward: the second full layer's input; each a and b its weights; inputs but the first a's
    assert count.model_flop == forward + full + 4 * low + 3 * low


def test_autocast_changes_formats_and_not_operations():
    network, batch, forward, both = networks.gpt(way="fused", t=32, d=32, words=64)

    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network

        def forward(self, tokens):
            with torch.autocast("cpu", torch.bfloat16):
                return self.inner(tokens)

    assert count_flop(Mixed(), *batch).model_flop == pytest.approx(both, rel=WITHIN)
    with watch() as count:
        Mixed()(*batch).float().sum().backward()
    assert count().model_flop == pytest.approx(both, rel=WITHIN)
    assert count().forward_flop == pytest.approx(forward, rel=WITHIN)


def test_a_compiled_network_is_counted_as_it_was_written():
    network, batch, _, both = networks.gpt(way="fused", t=32, d=32, words=64)
    whole = torch.compile(network, backend="eager")
    assert count_flop(whole, *batch).model_flop == pytest.approx(both, rel=WITHIN)
    network.blocks[1] = torch.compile(network.blocks[1], backend="eager")
    assert count_flop(network, *batch).model_flop == pytest.approx(both, rel=WITHIN)
    with watch() as count:
        whole(*batch).sum().backward()
    assert count().model_flop == pytest.approx(both, rel=WITHIN)


def test_a_networks_data_dependent_path_is_watched_on_a_copy_and_leaves_no_trace():
    network, batch, _, both = networks.experts(indexed=True)
    network.gate.weight.grad = torch.ones_like(network.gate.weight)
    before, draws = [p.clone() for p in network.parameters()], torch.get_rng_state()
    count = count_flop(network, *batch)
    assert count.how == "live"
    assert count.model_flop == pytest.approx(both, rel=WITHIN)
    assert "without values it fails" in count.notes[0]
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert torch.equal(network.gate.weight.grad, torch.ones_like(network.gate.weight))
    assert torch.equal(torch.get_rng_state(), draws)


def test_the_elementwise_work_of_a_scan_is_counted_apart():
    class Scan(nn.Module):
        def forward(self, keep, add, c):
            return networks.scan(keep, add, c)

    b, t, d, n = 2, 16, 8, 4
    batch = (torch.empty(b, t, d, n), torch.empty(b, t, d, n), torch.empty(b, t, n))
    count = count_flop(Scan(), *batch, train=False)
    assert (count.model_flop, count.elementwise_flop) == (0.0, 4 * b * t * d * n)
    assert count.uncounted_share_bound == 1.0


@pytest.mark.parametrize(
    ("network", "batch"),
    [
        (nn.LSTM(8, 16, 3, batch_first=True), (torch.empty(4, 7, 8),)),
        (nn.LSTM(8, 16, 2, bidirectional=True), (torch.empty(7, 4, 8),)),
        (nn.LSTM(8, 16, 2, proj_size=5), (torch.empty(7, 4, 8),)),
        (nn.GRU(8, 16, 2, bidirectional=True, batch_first=True), (torch.empty(4, 7, 8),)),
        (nn.RNN(8, 16, 2, nonlinearity="relu"), (torch.empty(7, 4, 8),)),
        (nn.LSTM(8, 16), (torch.empty(7, 4, 8, requires_grad=True),)),
        (nn.GRU(8, 16), (torch.empty(7, 8),)),
        (nn.MultiheadAttention(16, 4, batch_first=True), (torch.empty(2, 5, 16),) * 3),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, nn.Module) else "",
)
def test_a_layer_in_one_piece_is_the_sum_of_its_pieces(network, batch):
    """The stand-ins against PyTorch's own decomposition on the meta device."""
    whole = count_flop(network, *batch, train=True)
    pieces = Sums()
    twin = network.to("meta")
    inputs = [torch.empty_like(x, device="meta").requires_grad_(x.requires_grad) for x in batch]
    with Watch(pieces):
        out = twin(*inputs)[0]
        out.sum().backward()
    taken_apart = pieces.count(how="meta")
    assert whole.forward_flop == taken_apart.forward_flop
    assert whole.backward_flop == pytest.approx(taken_apart.backward_flop, rel=1e-12)
    out_again = network(*inputs)
    assert out.shape == (out_again[0] if isinstance(out_again, tuple) else out_again).shape


def test_a_packed_batch_is_counted_by_its_steps():
    lstm = nn.LSTM(8, 16, batch_first=True)

    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = lstm

        def forward(self, x):
            lengths = torch.tensor([7, 5, 3], device="cpu")
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
            return self.lstm(packed)[0].data

    steps = 7 + 5 + 3
    found = count_flop(Packed(), torch.empty(3, 7, 8))
    assert found.forward_flop == 2 * steps * 4 * 16 * (8 + 16)


def test_convolutions_of_every_kind_are_the_closed_form():
    x = torch.empty(2, 8, 10, 10)
    grouped = nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=4)
    assert count_flop(grouped, x, train=False).model_flop == 2 * 2 * 25 * 16 * 2 * 9
    turned = nn.ConvTranspose2d(8, 4, 3, stride=2)
    assert count_flop(turned, x, train=False).model_flop == 2 * 2 * 100 * 8 * 4 * 9
    assert count_flop(turned, x, train=True).model_flop == 2 * 2 * 2 * 100 * 8 * 4 * 9


def test_a_fourier_transform_is_5_n_log_n():
    class Fourier(nn.Module):
        def forward(self, x):
            return torch.fft.ifft(torch.fft.fft(x))

    count = count_flop(Fourier(), torch.empty(3, 64, dtype=torch.complex64), train=False)
    assert count.model_flop == 2 * 3 * 5 * 64 * math.log2(64)


def test_an_operator_of_which_nothing_is_known_is_named_and_has_no_bound():
    class Solve(nn.Module):
        def forward(self, a):
            return torch.linalg.eigvalsh(a @ a)

    count = count_flop(Solve(), torch.eye(8), train=False)
    assert count.model_flop == 2 * 8**3
    assert count.unknown == ("_linalg_eigh",)
    assert count.uncounted_share_bound is None
    assert "no bound" in str(count)


def test_an_operator_of_the_users_own_is_counted_by_the_formula_given():
    with torch.library._scoped_library("metertest", "DEF") as library:
        library.define("scan(Tensor x) -> Tensor")
        library.impl("scan", lambda x: x.clone(), "CompositeExplicitAutograd")

        class Own(nn.Module):
            def forward(self, x):
                return torch.ops.metertest.scan(x)

        x = torch.empty(3, 5)
        unknown = count_flop(Own(), x, train=False)
        assert unknown.unknown == ("metertest::scan",)
        formulas = {"metertest::scan": lambda named, out: 9 * named["x"].numel()}
        assert count_flop(Own(), x, train=False, formulas=formulas).model_flop == 9 * 15


def test_every_formula_belongs_to_an_operator_that_exists_and_names_its_arguments():
    tensor, matrix = torch.empty(2, 4, 8, 8, device="meta"), torch.empty(8, 8, device="meta")
    given = {"dim": [0], "output_mask": [True] * 3, "embed_dim": 8, "transposed": False,
             "is_causal": False, "custom_mask_type": 0, "weight": tensor}  # fmt: skip
    for name, formula in FORMULAS.items():
        packet = getattr(torch.ops.aten, name, None) or getattr(torch.ops.mkldnn, name, None)
        assert packet is not None, name
        overloads = [getattr(packet, overload) for overload in packet.overloads()]
        known = {argument.name for o in overloads for argument in o._schema.arguments}

        class Asked(dict):
            """Arguments by name; one that the operator does not have is an error."""

            def __getitem__(self, key, *, name=name, known=known):
                assert key in known, f"{name} has no argument {key}"
                if "rnn" in name and key.startswith("weight"):
                    return [matrix] if key == "weight" else matrix
                return given.get(key, tensor)

            def get(self, key, default=None):
                return given.get(key, default)

            def __contains__(self, key, *, known=known):
                return key in known

        assert formula(Asked(), tensor).model > 0


def test_the_formulas_of_gpu_attention_are_two_and_five_products():
    b, h, t, s, d = 2, 4, 32, 48, 16
    q, k = (torch.empty(b, h, n, d, device="meta") for n in (t, s))
    dense = {"query": q, "key": k, "value": k, "is_causal": True}
    packed = {n: torch.empty(b, x, h, d, device="meta") for n, x in (("query", t), ("key", s))}
    packed |= {"value": packed["key"], "cum_seq_q": None, "cu_seqlens_q": None}
    product = 2 * b * h * t * s * d
    for name in ("flash", "efficient", "cudnn", "fused"):
        name = f"_scaled_dot_product_{name}_attention" + "_overrideable" * (name == "fused")
        forward, backward = FORMULAS[name](dense, q), FORMULAS[f"{name}_backward"](dense, q)
        assert (forward.model, forward.causal) == (2 * product, 2 * product)
        assert (backward.model, backward.again) == (4 * product, product)
    for name in ("_flash_attention", "_efficient_attention"):
        assert FORMULAS[f"{name}_forward"](packed, None).model == 2 * product
        assert FORMULAS[f"{name}_backward"](packed, None).model == 4 * product


def test_packed_sequences_on_a_gpu_attend_within_themselves():
    starts = torch.tensor([0, 3, 8])
    q = torch.empty(8, 2, 4)
    named = {"query": q, "key": q, "value": q, "cum_seq_q": starts, "cum_seq_k": starts}
    assert FORMULAS["_flash_attention_forward"](named, None).model == 4 * 2 * (9 + 25) * 4


def test_cudnns_recurrent_layer_is_its_matrices():
    weights = [torch.empty(64, 8), torch.empty(64, 16), torch.empty(64), torch.empty(64)]
    named = {"input": torch.empty(7, 4, 8), "weight": weights}
    assert FORMULAS["_cudnn_rnn"](named, None).model == 2 * 28 * 64 * (8 + 16)


# -- use -------------------------------------------------------------------------------------------


def test_the_rule_of_6nd_is_a_check_and_its_error_is_shown():
    network, batch, _, both = networks.gpt(way="fused")
    count = count_flop(network, *batch)
    weights = sum(p.numel() for p in network.parameters()) - (8192 + 256) * 256
    assert (count.tokens, count.parameters - count.embedding_parameters) == (256, weights)
    assert count.six_nd_flop == 6 * weights * 256
    assert count.six_nd_flop / both - 1 == pytest.approx(-0.09, abs=0.01)  # attention is not in it
    assert "6ND" in str(count)


def test_each_shape_is_counted_once_and_a_thawed_layer_is_counted_again():
    network, batch, *_ = networks.gpt(way="fused", t=32, d=32, words=64)
    counter = FlopCounter(network)
    first = counter(*batch)
    assert counter(torch.ones_like(batch[0])) is first
    began = time.process_time()
    for _ in range(200):
        counter(*batch)
    assert (time.process_time() - began) / 200 < 1e-3
    network.word.requires_grad_(False)
    assert counter(*batch) is not first
    network.eval()
    assert counter(*batch).backward_flop == 0.0
    assert counter(torch.zeros(2, 16, dtype=torch.int64)).forward_flop < first.model_flop


def test_a_loss_and_its_target_are_used_and_leave_the_network_alone():
    network, batch, _, both = networks.gpt(way="fused", t=32, d=32, words=64)
    target = torch.zeros(1, 32, dtype=torch.int64)

    def loss(out, target):
        return nn.functional.cross_entropy(out.flatten(0, 1), target.flatten())

    count = count_flop(network, *batch, loss=loss, target=target)
    assert count.model_flop == pytest.approx(both, rel=WITHIN)
    assert all(p.grad is None and p.device.type == "cpu" for p in network.parameters())


def test_tied_weights_stay_tied_and_buffers_outside_the_register_are_followed():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.word, self.head = nn.Embedding(50, 8), nn.Linear(8, 50, bias=False)
            self.head.weight = self.word.weight
            self.scale = torch.ones(8)  # a plain attribute

        def forward(self, tokens):
            return self.head(self.word(tokens) * self.scale)

    count = count_flop(Tied(), torch.zeros(1, 10, dtype=torch.int64))
    assert (count.how, count.model_flop) == ("meta", 3 * 2 * 10 * 8 * 50)
    assert (count.parameters, count.embedding_parameters) == (400, 0)


def test_a_step_that_cannot_be_counted_is_refused_with_both_causes():
    class Broken(nn.Module):
        def forward(self, x):
            raise ValueError("by hand")

    with pytest.raises(EvidenceError, match=r"ValueError: by hand; on a copy.*with watch\(\)"):
        count_flop(Broken(), torch.empty(2))


def test_a_huge_network_is_counted_without_its_memory():
    with torch.device("meta"):
        network = nn.Sequential(*(nn.Linear(65536, 65536, bias=False) for _ in range(20)))
    count = count_flop(network, torch.empty(2048, 65536, device="meta"))
    assert count.parameters == 20 * 65536**2  # 344 GB in single precision
    assert count.model_flop == (3 * 20 - 1) * 2 * 2048 * 65536**2


def test_metered_steps_carry_their_operations_into_the_run(tmp_path):
    network = nn.Linear(16, 4)
    counter = FlopCounter(network)
    with meter("counted", folder=tmp_path, live=False) as m:
        for _ in range(3):
            m.step(examples=8, error=0.5, flop=counter(torch.empty(8, 16)))
    expected = 3 * 2 * 2 * 8 * 16 * 4
    assert m.result.model_flop == m.result.hardware_flop == m.run.compute_flop == expected
    assert recover(tmp_path)[0].model_flop == expected


def test_without_torch_the_extra_is_named():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from costlaw.exceptions import MissingExtra\n"
        "try:\n    from costlaw.metering.flop import count_flop\n"
        "except MissingExtra as refusal:\n    print(refusal)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "costlaw[flop]" in done.stdout


def test_a_count_prints_itself_and_is_plain_json():
    import json

    network, batch, *_ = networks.gpt(way="fused", t=32, d=32, words=64)
    count = count_flop(network, *batch)
    record = json.loads(json.dumps(count.to_dict()))
    assert record["schema"] == "costlaw-flop/1"
    assert record["model_flop"] == count.model_flop
    assert len(str(count).splitlines()) <= 12
    assert count.table().columns == ["quantity", "estimate", "low", "high", "level", "unit"]
