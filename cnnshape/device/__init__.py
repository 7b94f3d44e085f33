"""How runtimes on devices hold activations: what they fold, fuse and lower, and where they place each tensor."""
